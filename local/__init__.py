"""The bundle on one machine: build it, deploy the real template to a local AWS, and talk to it."""
