# rt3d-phone as one file with all its libraries in it. On Linux it is static: any kernel of its machine runs it, without a library, a
# loader or an /etc of the system. Android's NDK makes programs that the system's loader starts, and these may open OpenCL.
# Debian's packages bring archives beside the shared libraries that their CMake targets name, so this program names the archives.
set(own rt3d_cli_phone rt3d_cli_commands rt3d_cli_parts rt3d_video rt3d_video_absent rt3d_models rt3d_pruning rt3d_api_static rt3d_runtime
        rt3d_tuner rt3d_jit rt3d_kernels_ref rt3d_kernels_copy rt3d_kernels rt3d_graph rt3d_base ${rt3d_opencl})
foreach(library asmjit protobuf-lite sqlite3)
  find_library(archive_${library} lib${library}.a REQUIRED)
  list(APPEND archives ${archive_${library}})
endforeach()

add_executable(rt3d-phone rt3d_phone_main.cpp)
add_dependencies(rt3d-phone ${own})
set_target_properties(rt3d-phone PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
target_include_directories(rt3d-phone PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
set(files)
foreach(library IN LISTS own)
  list(APPEND files $<TARGET_FILE:${library}>)
endforeach()
target_link_libraries(rt3d-phone PRIVATE rt3d::warnings rt3d::cli11 -Wl,--start-group ${files} ${archives} -Wl,--end-group)
target_link_options(rt3d-phone PRIVATE -s -Wl,--gc-sections)
if(ANDROID)
  target_link_libraries(rt3d-phone PRIVATE ${CMAKE_DL_LIBS})
else()
  # The linker warns of functions that open libraries at run time, in OpenCL's loader and in SQLite: OpenCL is refused before anybody
  # tries, and SQLite is asked for no extension.
  target_compile_definitions(rt3d-phone PRIVATE RT3D_WITHOUT_OPENCL)
  set_target_properties(rt3d-phone PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_link_options(rt3d-phone PRIVATE -static)
endif()
