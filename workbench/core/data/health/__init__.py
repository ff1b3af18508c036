"""What is odd about the pictures of a set: found in one pass, told in sentences, decided upon by the user."""
