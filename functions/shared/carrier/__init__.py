"""The carrier's data, read only, and the proof whose number it is."""
