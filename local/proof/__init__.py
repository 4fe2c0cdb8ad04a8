"""What must hold, whatever happens: checkers that tests, bursts and the phone page share."""
