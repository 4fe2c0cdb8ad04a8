"""People answer: the line of cases, the staff's API and their page."""
