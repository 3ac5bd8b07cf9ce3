"""What is done with the folder of a trading day: run again, verify, close, open, explain."""
