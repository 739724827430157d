"""Reports: insight assembled over a library, for every door alike."""
