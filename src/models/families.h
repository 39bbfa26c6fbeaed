// The architecture families: each function writes one network for a request whose defaults are filled in.
#pragma once

#include "graph/graph.h"
#include "models/models.h"

namespace rt3d::models {

graph::Graph build_c3d(const MakeRequest& request);

// torchvision's 18-layer video ResNets: full 3-D, 3-D only in the first stage, and factored (2+1)-D.
graph::Graph build_r3d_18(const MakeRequest& request);
graph::Graph build_mc3_18(const MakeRequest& request);
graph::Graph build_r2plus1d_18(const MakeRequest& request);

graph::Graph build_s3d(const MakeRequest& request);
graph::Graph build_x3d(const MakeRequest& request);  // xs, s and m differ in the clip alone

// pytorchvideo's bottleneck networks.
graph::Graph build_slow_r50(const MakeRequest& request);
graph::Graph build_c2d_r50(const MakeRequest& request);
graph::Graph build_i3d_r50(const MakeRequest& request);
graph::Graph build_csn_r101(const MakeRequest& request);
graph::Graph build_r2plus1d_r50(const MakeRequest& request);
graph::Graph build_slowfast_r50(const MakeRequest& request);

// Image networks.
graph::Graph build_vgg16(const MakeRequest& request);
graph::Graph build_resnet18(const MakeRequest& request);
graph::Graph build_resnet50(const MakeRequest& request);
graph::Graph build_mobilenet_v2(const MakeRequest& request);

}  // namespace rt3d::models
