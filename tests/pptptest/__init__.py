"""What the Python suites share: the laboratory with its clients and fakes, the
words in which points are judged, and their runner."""
