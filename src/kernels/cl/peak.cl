// What a device can do: multiply-adds on registers, copies of memory, and launches of next to nothing.
__kernel void multiply_adds(__global float* restrict y, float a, int turns) {
  const float4 step = (float4)(a);
  float4 s0 = (float4)(get_global_id(0)), s1 = s0 + 1, s2 = s0 + 2, s3 = s0 + 3, s4 = s0 + 4, s5 = s0 + 5, s6 = s0 + 6,
         s7 = s0 + 7;
  for (int i = 0; i < turns; ++i) {
    s0 = mad(s0, step, step);
    s1 = mad(s1, step, step);
    s2 = mad(s2, step, step);
    s3 = mad(s3, step, step);
    s4 = mad(s4, step, step);
    s5 = mad(s5, step, step);
    s6 = mad(s6, step, step);
    s7 = mad(s7, step, step);
  }
  const float4 sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
  y[get_global_id(0)] = sum.x + sum.y + sum.z + sum.w;
}

__kernel void move(__global const float4* restrict x, __global float4* restrict y) {
  y[get_global_id(0)] = x[get_global_id(0)];
}
