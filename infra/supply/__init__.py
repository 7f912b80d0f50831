"""The supply chain: what is installed, pinned by hash; what ships, listed with its licences."""
