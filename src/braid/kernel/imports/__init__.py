"""Tables that come in: read into the staging rows, looked over, applied. What rows mean is said by the apps."""
