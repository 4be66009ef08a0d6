"""HRNetV2: four resolutions kept side by side from end to end.

Wang, Sun, Cheng and others (2020), Deep high-resolution representation learning for visual
recognition, section 3. The stages are timm's; the way they are put together is here.
"""

import timm.models.hrnet
import torch
from torch import nn
from torch.nn import functional

STRIDE = 4
WIDTH_48 = timm.models.hrnet.cfg_cls["hrnet_w48"]


def _stage(branches: int, block: str, channels: int) -> dict:
    return {
        "num_modules": 1,
        "num_branches": branches,
        "block_type": block,
        "num_blocks": (1,) * branches,
        "num_channels": tuple(channels * 2**branch for branch in range(branches)),
        "fuse_method": "SUM",
    }


# One block where the published network has four, one module a stage, and a third of its width.
SMALL = {
    "stem_width": 32,
    "stage1": _stage(1, "BOTTLENECK", 16),
    "stage2": _stage(2, "BASIC", 16),
    "stage3": _stage(3, "BASIC", 16),
    "stage4": _stage(4, "BASIC", 16),
}


class HRNet(nn.Module):
    """Images -> maps at a quarter of their size, the four resolutions one after the other.

    Coarse maps are enlarged bilinearly with aligned corners, between the stages and at the end, as
    the authors do for segmentation; timm, which copies their version for classification, repeats
    pixels. Neither changes a weight.
    """

    def __init__(self, configuration: dict, channels: int):
        super().__init__()
        self.stages = timm.models.hrnet.HighResolutionNet(configuration, in_chans=channels, head="")
        for module in list(self.stages.modules()):
            for name, child in module.named_children():
                if isinstance(child, nn.Upsample):
                    setattr(module, name, bilinear(child.scale_factor))
        self.out_channels = sum(configuration["stage4"]["num_channels"])

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the maps [N, out_channels, H / 4, W / 4]."""
        finest, *coarser = self.stages(images)
        enlarged = [
            functional.interpolate(maps, size=finest.shape[2:], mode="bilinear", align_corners=True)
            for maps in coarser
        ]
        return torch.cat([finest, *enlarged], dim=1)


def bilinear(factor: float) -> nn.Upsample:
    """Return the layer that makes maps larger by this factor."""
    return nn.Upsample(scale_factor=factor, mode="bilinear", align_corners=True)
