"""What is left after the last trading day becomes goods and money: warrants, cycle, allocation."""
