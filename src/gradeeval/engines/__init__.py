"""One language, several readings. ``reference`` is the meaning itself; the others must agree with it, finding by finding."""
