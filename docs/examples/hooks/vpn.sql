-- The tables of vpn-sql:  sqlite3 /var/lib/vpn/vpn.db <vpn.sql
-- The database and its directory belong to the account of run-as.
CREATE TABLE users (
	name		TEXT PRIMARY KEY,
	password	TEXT NOT NULL,
	enabled		INTEGER NOT NULL DEFAULT 1,
	address		TEXT,		-- NULL: one of remoteip
	session_timeout	INTEGER,	-- seconds; NULL: no limit
	rate_limit	TEXT,		-- "20M/5M"; NULL: no limit
	max_sessions	INTEGER		-- at once; NULL: no limit
);
CREATE TABLE sessions (
	id		TEXT PRIMARY KEY,	-- as in pptpdctl list
	name		TEXT NOT NULL,
	client		TEXT,
	address		TEXT,
	started		INTEGER NOT NULL,	-- Unix time
	ended		INTEGER,		-- NULL: it is up
	seconds		INTEGER,
	octets_in	INTEGER,		-- from the user
	octets_out	INTEGER,
	cause		TEXT
);
CREATE INDEX sessions_of ON sessions (name, ended);
