mov r11, [rdi+32]                           ; 4C8B5F20
mov r9, [rdi+40]                            ; 4C8B4F28
bt r9, 0                                    ; 490FBAE100
jnc L0                                      ; 0F83........
vmovups zmm0, [r11]                         ; 62D17C481003
vmovups zmm1, [r11+64]                      ; 62D17C48104B01
vmovups zmm2, [r11+256]                     ; 62D17C48105304
vmovups zmm3, [r11+320]                     ; 62D17C48105B05
vmovups zmm4, [r11+512]                     ; 62D17C48106308
vmovups zmm5, [r11+576]                     ; 62D17C48106B09
vmovups zmm6, [r11+768]                     ; 62D17C4810730C
vmovups zmm7, [r11+832]                     ; 62D17C48107B0D
jmp L1                                      ; E9........
L0:
vpxord zmm0, zmm0, zmm0                     ; 62F17D48EFC0
vpxord zmm1, zmm1, zmm1                     ; 62F17548EFC9
vpxord zmm2, zmm2, zmm2                     ; 62F16D48EFD2
vpxord zmm3, zmm3, zmm3                     ; 62F16548EFDB
vpxord zmm4, zmm4, zmm4                     ; 62F15D48EFE4
vpxord zmm5, zmm5, zmm5                     ; 62F15548EFED
vpxord zmm6, zmm6, zmm6                     ; 62F14D48EFF6
vpxord zmm7, zmm7, zmm7                     ; 62F14548EFFF
L1:
mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov r8, [rdi+24]                            ; 4C8B4718
test rcx, rcx                               ; 4885C9
jz L3                                       ; 0F84........
L2:
movsxd r9, dword ptr [rdx]                  ; 4C630A
movsxd r10, dword ptr [rdx+4]               ; 4C635204
add rdx, 8                                  ; 4883C208
add r9, rsi                                 ; 4901F1
add r10, r8                                 ; 4D01C2
vmovups zmm8, [r9]                          ; 62517C481001
vmovups zmm9, [r9+64]                       ; 62517C48104901
vbroadcastss zmm10, dword ptr [r10]         ; 62527D481812
vfmadd231ps zmm0, zmm8, zmm10               ; 62D23D48B8C2
vfmadd231ps zmm1, zmm9, zmm10               ; 62D23548B8CA
vbroadcastss zmm11, dword ptr [r10+4]       ; 62527D48185A01
vfmadd231ps zmm2, zmm8, zmm11               ; 62D23D48B8D3
vfmadd231ps zmm3, zmm9, zmm11               ; 62D23548B8DB
vbroadcastss zmm12, dword ptr [r10+8]       ; 62527D48186202
vfmadd231ps zmm4, zmm8, zmm12               ; 62D23D48B8E4
vfmadd231ps zmm5, zmm9, zmm12               ; 62D23548B8EC
vbroadcastss zmm13, dword ptr [r10+12]      ; 62527D48186A03
vfmadd231ps zmm6, zmm8, zmm13               ; 62D23D48B8F5
vfmadd231ps zmm7, zmm9, zmm13               ; 62D23548B8FD
vmovups zmm8, [r9+4096]                     ; 62517C48104140
vmovups zmm9, [r9+4160]                     ; 62517C48104941
vbroadcastss zmm14, dword ptr [r10+16]      ; 62527D48187204
vfmadd231ps zmm0, zmm8, zmm14               ; 62D23D48B8C6
vfmadd231ps zmm1, zmm9, zmm14               ; 62D23548B8CE
vbroadcastss zmm15, dword ptr [r10+20]      ; 62527D48187A05
vfmadd231ps zmm2, zmm8, zmm15               ; 62D23D48B8D7
vfmadd231ps zmm3, zmm9, zmm15               ; 62D23548B8DF
vbroadcastss zmm16, dword ptr [r10+24]      ; 62C27D48184206
vfmadd231ps zmm4, zmm8, zmm16               ; 62B23D48B8E0
vfmadd231ps zmm5, zmm9, zmm16               ; 62B23548B8E8
vbroadcastss zmm17, dword ptr [r10+28]      ; 62C27D48184A07
vfmadd231ps zmm6, zmm8, zmm17               ; 62B23D48B8F1
vfmadd231ps zmm7, zmm9, zmm17               ; 62B23548B8F9
sub rcx, 1                                  ; 4883E901
jnz L2                                      ; 0F8533FFFFFF
L3:
vmovups [r11], zmm0                         ; 62D17C481103
vmovups [r11+64], zmm1                      ; 62D17C48114B01
vmovups [r11+256], zmm2                     ; 62D17C48115304
vmovups [r11+320], zmm3                     ; 62D17C48115B05
vmovups [r11+512], zmm4                     ; 62D17C48116308
vmovups [r11+576], zmm5                     ; 62D17C48116B09
vmovups [r11+768], zmm6                     ; 62D17C4811730C
vmovups [r11+832], zmm7                     ; 62D17C48117B0D
vzeroupper                                  ; C5F877
ret                                         ; C3
