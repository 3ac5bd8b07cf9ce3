"""The public display: pages that anybody opens, whole without script."""
