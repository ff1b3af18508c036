"""Starting points: ready networks, files, code, the start page."""
