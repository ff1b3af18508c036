"""What can be done to the network from the Build room, each call one labelled undo step."""
