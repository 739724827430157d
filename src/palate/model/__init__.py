"""Models that write: a causal or encoder-decoder network on this machine, or one behind an address."""
