"""From a folder of photos and a trained backbone to a training plan of its own."""
