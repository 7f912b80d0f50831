"""Error rates on one's own photos: pairs, metrics, reports."""
