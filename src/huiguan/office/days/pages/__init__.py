"""What people see and send of days: the live day, its end, the days there were."""
