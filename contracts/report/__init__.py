"""Reports of a run. `kinds` says which there are and needs no library; `writing` has a row for each that is written here."""
