"""Where decoded pixels are kept: in memory, in a file mapped into it, or nowhere, decoded anew when they are needed."""
