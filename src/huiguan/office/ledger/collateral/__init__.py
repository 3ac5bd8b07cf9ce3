"""What stands for margin beside cash: lodged, valued, given to each morning; interest on cash."""
