"""The demo desk: Barro & Lume, a maker of kilns and presses. Content as data files here, and what brings it to life."""
