"""What the gate to the outside costs, and how often it is alarmed by ordinary code."""
