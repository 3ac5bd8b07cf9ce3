"""What people read, in their language: English sentences and their Chinese."""
