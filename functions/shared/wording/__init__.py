"""What customers write and how we write to them."""
