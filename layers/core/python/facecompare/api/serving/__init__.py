"""What stands between sockets and the application, on one machine."""
