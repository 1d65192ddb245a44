"""From a prompt to the kernel that answers it, or to none: similarity, calibration, abstention, feedback."""
