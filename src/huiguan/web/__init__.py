"""What the processes that speak HTTP share: lines, sockets, their bounds."""
