"""What turns the graphs and the Markdown into the site; plain functions under a thin hook."""
