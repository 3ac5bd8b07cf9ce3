"""What people of the office see and send: sign-in, account, users, proposals, the record."""
