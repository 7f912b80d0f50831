"""The stages of one comparison, in order: decode, detect, align, embed, match; and quality."""
