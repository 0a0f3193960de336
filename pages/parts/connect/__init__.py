"""Connect page: keys, code and recent calls of applications."""
