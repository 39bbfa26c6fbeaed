// Which convolutions a Winograd method computes, its schedules and their estimates.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/winograd_plan.h"
#include "kernels/activation.h"
#include "kernels/family.h"

namespace rt3d::jit {

bool winograd_computes(const kernels::ConvShape& s, const WinogradTile& method, int lanes);
// Whether the transforms, and what is fused behind the last, fit the registers.
bool winograd_fits(Isa isa, const kernels::ConvShape& s, const WinogradTile& method,
                   const kernels::Activation& activation, bool residual);

WinogradCut winograd_cut(const kernels::Schedule& schedule);
int winograd_rows(Isa isa, int vecs);  // most rows of a multiplication

std::vector<kernels::Schedule> winograd_space(const kernels::ConvShape& s, const WinogradTile& method,
                                              const kernels::Target& target);
double winograd_estimate_ns(const kernels::ConvShape& s, const WinogradTile& method, const WinogradCut& cut,
                            const kernels::Target& target);
std::int64_t winograd_weight_bytes(const kernels::ConvShape& s, const WinogradTile& method,
                                   const WinogradCut& cut, const kernels::Target& target);

}  // namespace rt3d::jit
