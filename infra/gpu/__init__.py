"""Workers with a GPU, deployed with `-c gpu=on`."""
