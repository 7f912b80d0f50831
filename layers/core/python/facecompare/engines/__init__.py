"""What finds and embeds faces: the protocol an engine fulfils, and the engines."""
