"""The post on the difficulty-aware supervised contrastive loss."""
