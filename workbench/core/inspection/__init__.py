"""Looking into a network: what its layers make of a picture, what they learned, where it errs."""
