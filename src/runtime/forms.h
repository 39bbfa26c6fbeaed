// How a value may be stored, as far as the selection tells layouts apart, and when a reader needs a copy.
#pragma once

#include "kernels/placement.h"

namespace rt3d::runtime {

// A larger halo is not another layout: storage gets the largest that any reader asks for.
enum class Form : int {
  planar_halo = 0,  // planar within a frame
  planar = 1,       // row-major without gaps
                    // any other number: channels per block
};

Form form_of(const kernels::Port& port);
kernels::Port port_of(Form form);  // with the least halo of the form

// Who wrote a value. Storage that is seen as something else, too (an input of the graph, a reshaped tensor), cannot have a halo.
struct Written {
  Form form = Form::planar;
  bool rigid = false;
};

// Whether who wants a form reads a copy, made by a step of its own.
bool needs_copy(Written written, Form wanted);

}  // namespace rt3d::runtime
