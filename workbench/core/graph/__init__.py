"""The network as a value, the edits that make new ones, and the document that remembers them. Plain Python only."""
