"""The documentation says nothing that the program does not do."""
