"""What is selected: what is known of it, and the form to change it."""
