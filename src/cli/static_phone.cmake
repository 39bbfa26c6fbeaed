# rt3d-phone as one static file, which any kernel of its machine runs: it needs no library, no loader and no /etc of the system.
# Debian's packages bring archives beside the shared libraries that their CMake targets name, so this program names the archives.
set(own rt3d_cli_phone rt3d_cli_commands rt3d_cli_parts rt3d_video rt3d_video_absent rt3d_models rt3d_pruning rt3d_api_static rt3d_runtime
        rt3d_tuner rt3d_jit rt3d_kernels_ref rt3d_kernels_copy rt3d_kernels rt3d_graph rt3d_base ${rt3d_opencl})
foreach(library asmjit protobuf-lite sqlite3)
  find_library(archive_${library} lib${library}.a REQUIRED)
  list(APPEND archives ${archive_${library}})
endforeach()

add_executable(rt3d-phone rt3d_phone_main.cpp)
add_dependencies(rt3d-phone ${own})
set_target_properties(rt3d-phone PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin POSITION_INDEPENDENT_CODE OFF)
target_include_directories(rt3d-phone PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
# What is linked statically cannot open the system's libraries: OpenCL is refused before anybody tries.
target_compile_definitions(rt3d-phone PRIVATE RT3D_WITHOUT_OPENCL)
set(files)
foreach(library IN LISTS own)
  list(APPEND files $<TARGET_FILE:${library}>)
endforeach()
target_link_libraries(rt3d-phone PRIVATE rt3d::warnings CLI11::CLI11 -Wl,--start-group ${files} ${archives} -Wl,--end-group)
# The linker warns of functions that open libraries at run time; nobody calls them: they are in the loader of OpenCL and in SQLite.
target_link_options(rt3d-phone PRIVATE -static -s -Wl,--gc-sections)
