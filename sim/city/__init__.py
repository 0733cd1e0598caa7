"""The world: streets, walls and places of a study area, from files to one city."""
