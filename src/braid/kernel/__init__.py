"""The ground floor: no business word, everything the floors above build with."""
