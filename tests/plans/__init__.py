"""How the databases go about what they are asked: no question of ours reads through a table that grows with time."""
