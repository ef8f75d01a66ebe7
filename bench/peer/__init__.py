"""What Braid is compared to: other ways of keeping the same data, as their authors mean them to be used."""
