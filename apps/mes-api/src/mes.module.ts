import { Module } from '@nestjs/common';
import { BoardController } from './board/board.controller.ts';
import { ColumnsController } from './board/columns.controller.ts';
import { MaterialController } from './material/material.controller.ts';

/** The doors of the role `api`. */
@Module({ controllers: [BoardController, ColumnsController, MaterialController] })
export class MesModule {}
