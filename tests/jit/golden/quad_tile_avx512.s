mov r11, [rdi+32]                           ; 4C8B5F20
prefetcht0 [r11]                            ; 410F180B
prefetcht0 [r11+16]                         ; 410F184B10
prefetcht0 [r11+32]                         ; 410F184B20
mov r9, [rdi+56]                            ; 4C8B4F38
bt r9, 1                                    ; 490FBAE101
jnc L0                                      ; 0F83........
mov r9, [rdi+48]                            ; 4C8B4F30
prefetcht0 [r9]                             ; 410F1809
prefetcht0 [r9+16]                          ; 410F184910
prefetcht0 [r9+32]                          ; 410F184920
prefetcht0 [r9+4096]                        ; 410F188900100000
prefetcht0 [r9+4112]                        ; 410F188910100000
prefetcht0 [r9+4128]                        ; 410F188920100000
L0:
vpxord zmm0, zmm0, zmm0                     ; 62F17D48EFC0
vpxord zmm1, zmm1, zmm1                     ; 62F17548EFC9
vpxord zmm2, zmm2, zmm2                     ; 62F16D48EFD2
vpxord zmm3, zmm3, zmm3                     ; 62F16548EFDB
vpxord zmm4, zmm4, zmm4                     ; 62F15D48EFE4
vpxord zmm5, zmm5, zmm5                     ; 62F15548EFED
mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov r8, [rdi+24]                            ; 4C8B4718
mov r11, [rdi+64]                           ; 4C8B5F40
test rcx, rcx                               ; 4885C9
jz L2                                       ; 0F84........
L1:
movsxd r9, dword ptr [rdx+32]               ; 4C634A20
add r9, rsi                                 ; 4901F1
prefetcht0 [r9]                             ; 410F1809
movsxd r9, dword ptr [rdx]                  ; 4C630A
movsxd r10, dword ptr [rdx+4]               ; 4C635204
add rdx, 8                                  ; 4883C208
add r9, rsi                                 ; 4901F1
add r10, r8                                 ; 4D01C2
prefetcht1 [r11]                            ; 410F1813
add r11, 64                                 ; 4983C340
vmovups zmm6, [r10]                         ; 62D17C481032
vmovups zmm7, [r10+64]                      ; 62D17C48107A01
vmovups xmm8, xmmword ptr [r9]              ; C441781001
vshuff32x4 zmm8, zmm8, zmm8, 0              ; 62533D4823C000
vfmadd231ps zmm0, zmm6, zmm8                ; 62D24D48B8C0
vfmadd231ps zmm1, zmm7, zmm8                ; 62D24548B8C8
vmovups xmm9, xmmword ptr [r9+16]           ; C44178104910
vshuff32x4 zmm9, zmm9, zmm9, 0              ; 6253354823C900
vfmadd231ps zmm2, zmm6, zmm9                ; 62D24D48B8D1
vfmadd231ps zmm3, zmm7, zmm9                ; 62D24548B8D9
vmovups xmm10, xmmword ptr [r9+32]          ; C44178105120
vshuff32x4 zmm10, zmm10, zmm10, 0           ; 62532D4823D200
vfmadd231ps zmm4, zmm6, zmm10               ; 62D24D48B8E2
vfmadd231ps zmm5, zmm7, zmm10               ; 62D24548B8EA
sub rcx, 1                                  ; 4883E901
jnz L1                                      ; 0F857BFFFFFF
L2:
mov r11, [rdi+32]                           ; 4C8B5F20
vshufps zmm6, zmm0, zmm1, 221               ; 62F17C48C6F1DD
vshufps zmm0, zmm0, zmm1, 136               ; 62F17C48C6C188
vaddps zmm0, zmm0, zmm6                     ; 62F17C4858C6
vshufps zmm6, zmm2, zmm3, 221               ; 62F16C48C6F3DD
vshufps zmm2, zmm2, zmm3, 136               ; 62F16C48C6D388
vaddps zmm2, zmm2, zmm6                     ; 62F16C4858D6
vshufps zmm6, zmm0, zmm2, 221               ; 62F17C48C6F2DD
vshufps zmm0, zmm0, zmm2, 136               ; 62F17C48C6C288
vaddps zmm0, zmm0, zmm6                     ; 62F17C4858C6
vpermpd zmm0, zmm0, 216                     ; 62F3FD4801C0D8
vshuff32x4 zmm0, zmm0, zmm0, 216            ; 62F37D4823C0D8
vshufps zmm6, zmm4, zmm5, 221               ; 62F15C48C6F5DD
vshufps zmm4, zmm4, zmm5, 136               ; 62F15C48C6E588
vaddps zmm4, zmm4, zmm6                     ; 62F15C4858E6
vshufps zmm6, zmm4, zmm4, 221               ; 62F15C48C6F4DD
vshufps zmm4, zmm4, zmm4, 136               ; 62F15C48C6E488
vaddps zmm4, zmm4, zmm6                     ; 62F15C4858E6
vpermpd zmm4, zmm4, 216                     ; 62F3FD4801E4D8
vshuff32x4 zmm4, zmm4, zmm4, 216            ; 62F35D4823E4D8
mov r9, [rdi+56]                            ; 4C8B4F38
bt r9, 0                                    ; 490FBAE100
jnc L3                                      ; 0F83........
vmovups ymm6, ymmword ptr [r11]             ; C4C17C1033
vinsertf64x4 zmm6, zmm6, ymmword ptr [r11+16], 1; 62D3CD481AB31000000001
vaddps zmm0, zmm0, zmm6                     ; 62F17C4858C6
vmovups ymm6, ymmword ptr [r11+32]          ; C4C17C107320
vaddps zmm4, zmm4, zmm6                     ; 62F15C4858E6
jmp L4                                      ; E9........
L3:
mov r10, [rdi+40]                           ; 4C8B5728
vmovups ymm6, ymmword ptr [r10]             ; C4C17C1032
vinsertf64x4 zmm6, zmm6, ymmword ptr [r10], 1; 62D3CD481A3201
vaddps zmm0, zmm0, zmm6                     ; 62F17C4858C6
vaddps zmm4, zmm4, zmm6                     ; 62F15C4858E6
L4:
bt r9, 1                                    ; 490FBAE101
jnc L5                                      ; 0F83........
mov r10, [rdi+48]                           ; 4C8B5730
vmovups ymm6, ymmword ptr [r10]             ; C4C17C1032
vinsertf64x4 zmm6, zmm6, ymmword ptr [r10+16], 1; 62D3CD481AB21000000001
vaddps zmm0, zmm0, zmm6                     ; 62F17C4858C6
vmovups ymm6, ymmword ptr [r10+32]          ; C4C17C107220
vaddps zmm4, zmm4, zmm6                     ; 62F15C4858E6
vpxord zmm1, zmm1, zmm1                     ; 62F17548EFC9
vmaxps zmm0, zmm1, zmm0                     ; 62F174485FC0
vmaxps zmm4, zmm1, zmm4                     ; 62F174485FE4
L5:
vmovups ymmword ptr [r11], ymm0             ; C4C17C1103
vextractf64x4 ymmword ptr [r11+16], zmm0, 1 ; 62D3FD481B831000000001
vmovups ymmword ptr [r11+32], ymm4          ; C4C17C116320
vzeroupper                                  ; C5F877
ret                                         ; C3
