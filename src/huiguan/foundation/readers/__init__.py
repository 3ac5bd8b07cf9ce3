"""One reader for each kind of value that a person, a file or a program may give."""
